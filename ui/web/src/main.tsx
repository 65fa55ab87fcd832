import "uplot/dist/uPlot.min.css";
import "./styles/base.css";
import "./styles/table.css";
import "./styles/phone.css";
import "./styles/module.css";
import "./styles/ledger.css";
import "./styles/whatif.css";
import "./styles/marks.css";
import "./styles/alarms.css";
import "./styles/alarm.css";
import "./styles/alarmparts.css";
import "./styles/alarmday.css";
import "./styles/pool.css";
import "./styles/poolmap.css";
import "./styles/poolplace.css";
import "./styles/poolreplay.css";
import "./styles/changes.css";
import "./styles/changeparts.css";
import "./styles/explain.css";
import "./styles/capacity.css";
import "./styles/reports.css";
import { render } from "preact";
import { root } from "./api/client";
import { App } from "./app";
import { firstLanguage, texts } from "./text/language";

// The server wrote <base> relative to the first URL; it must not follow the later ones.
document.querySelector("base")?.setAttribute("href", root);

const host = document.getElementById("app");
const language = firstLanguage();
texts[language]().then((text) => host && render(<App first={{ language, text }} />, host));
