import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/controls.css";
import "./styles/setup.css";
import "./styles/run.css";
import { render } from "preact";
import { App } from "./components/app";
import { Playground } from "./model/playground";

const root = document.getElementById("app");
if (root) render(<App playground={Playground.create()} />, root);
