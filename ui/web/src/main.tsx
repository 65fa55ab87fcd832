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
import { api, root } from "./api/client";
import { askEarly } from "./api/live";
import { App } from "./app";
import { routeHere } from "./state/router";
import { writeView } from "./state/view";
import { openTable, wantedView } from "./table/first";
import { firstLanguage, texts } from "./text/language";

// The server wrote <base> relative to the first URL; it must not follow the later ones.
document.querySelector("base")?.setAttribute("href", root);

/** Asks for what the page that is opened shows first, while the words are on their way. */
function open(): Promise<unknown> {
  const status = askEarly("status", api.status);
  const route = routeHere();
  if (route.page !== "table") return status;
  const wanted = wantedView(route.view);
  if (wanted) history.replaceState(null, "", new URL(writeView(wanted), root));
  return Promise.all([status, openTable(wanted ?? route.view)]);
}

/** Milliseconds that the words wait for the answers: drawn once, the rows come sooner and nothing moves. */
const patience = 300;

const host = document.getElementById("app");
const language = firstLanguage();
document.documentElement.lang = language; // what is asked for early is asked for in it
const answers = open();
texts[language]().then(async (text) => {
  await Promise.race([answers, new Promise((late) => setTimeout(late, patience))]);
  if (host) render(<App first={{ language, text }} />, host);
});
