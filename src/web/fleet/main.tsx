import { render } from "preact";
import { tokenKeeper } from "../token.ts";
import { FleetApp } from "./fleet-app.tsx";
import "../style.css";
import "./fleet.css";

tokenKeeper.takeFromAddress();
const page = document.getElementById("page");
if (page !== null) render(<FleetApp />, page);
