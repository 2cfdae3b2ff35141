import { render } from "preact";
import { FleetApp } from "./fleet-app.tsx";
import "../style.css";
import "./fleet.css";

const page = document.getElementById("page");
if (page !== null) render(<FleetApp />, page);
