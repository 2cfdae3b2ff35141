import { render } from "preact";
import { App } from "./components/app.tsx";
import { Store } from "./store.ts";
import { TokenKeeper } from "./token.ts";
import "uplot/dist/uPlot.min.css";
import "./style.css";

const token = new TokenKeeper();
token.takeFromAddress();
const store = new Store(token);
store.start();
const page = document.getElementById("page");
if (page !== null) render(<App store={store} />, page);
