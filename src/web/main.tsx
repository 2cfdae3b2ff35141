import { render } from "preact";
import { App } from "./components/app.tsx";
import { Store } from "./store.ts";
import { tokenKeeper } from "./token.ts";
import "uplot/dist/uPlot.min.css";
import "./style.css";

tokenKeeper.takeFromAddress();
const store = new Store();
store.start();
if (store.fleetHost !== null) document.title = `${store.fleetHost} – selfballoon fleet`;
const page = document.getElementById("page");
if (page !== null) render(<App store={store} />, page);
