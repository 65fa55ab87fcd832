// Every page that there is, for journeys that visit them all. A unit test compares the list
// with the routes of src/state/view.ts, so that no page is left out.

const id = (path) => path.split("/").map(encodeURIComponent).join("/");

/**
 * Each with the route that its path leads to and what is waited for: a selector. The main ones
 * are compared with pictures, and watched while snapshots come: under another path where rows
 * come or change their order by themselves, and not at all where the page grows with what happens
 * (still: null). One that fills over minutes has no picture (fills). A path may need what is on the server: see places.mjs.
 */
/** Totals are not counted where there is no service yet: then it says what to do. */
const poolShows = ".pool-page :is(.pool-totals, .first-steps):visible";

export const pages = [
  { name: "table", route: "table", path: () => "", shows: "tr.row", main: true, still: () => "?sort=path" },
  { name: "table-compared", route: "table", path: () => "?model=both", shows: "table.compared tr.row" },
  {
    name: "module",
    route: "module",
    path: (at) => `module/${id(at.module)}`,
    shows: ".headline",
    main: true,
  },
  {
    name: "capacity",
    route: "capacity",
    path: () => "capacity?show=all",
    shows: ".capacity-page h1",
    main: true,
  },
  {
    name: "explain",
    route: "explain",
    path: (at) => `explain?id=row:${id(at.module)}`,
    shows: ".explanation",
  },
  { name: "reports", route: "reports", path: () => "reports", shows: ".months tbody .row" },
  { name: "report", route: "reports", path: (at) => `reports/${at.month}`, shows: ".paper h2", main: true },
  { name: "ledger", route: "ledger", path: () => "ledger", shows: ".sheets", main: true, fills: true },
  { name: "whatif", route: "whatif", path: () => "whatif", shows: ".examples" },
  {
    name: "whatif-asked",
    route: "whatif",
    path: (at) => `whatif?load=${id(at.module)}%3D1.3`,
    shows: ".totals",
    main: true,
  },
  {
    name: "alarms",
    route: "alarms",
    path: () => "alarms",
    shows: ".funnel",
    main: true,
    still: (at) => `alarms?q=${at.rings}`,
  },
  ...["stats", "mutes", "changes", "heals"].map((part) => ({
    name: `alarms-${part}`,
    route: "alarms",
    path: () => `alarms?show=${part}`,
    shows: ".alarms-page .parts",
  })),
  {
    name: "alarm",
    route: "alarm",
    path: (at) => `alarms/${at.alarm}`,
    shows: ".trail li",
    main: true,
    still: null,
  },
  { name: "pool", route: "pool", path: () => "pool", shows: poolShows, main: true },
  {
    name: "pool-nodes",
    route: "pool",
    path: () => "pool?show=nodes",
    shows: "a.node",
    main: true,
    still: (at) => `pool?show=nodes&q=${at.node}`,
  },
  { name: "pool-decisions", route: "pool", path: () => "pool?show=decisions", shows: poolShows },
  {
    name: "pool-replay",
    route: "pool",
    path: (at) => `pool?show=replay&days=1&module=${id(at.module)}&policy=target:0.4,scale_in:0.3`,
    shows: ".replay-rules",
  },
  { name: "pool-node", route: "poolplace", path: (at) => `pool/nodes/${id(at.node)}`, shows: ".headline" },
  {
    name: "pool-service",
    route: "poolplace",
    path: (at) => `pool/services/${id(at.module)}`,
    shows: ".headline",
    main: true,
  },
  ...[
    "runs",
    "flows",
    "schedules",
    "requests",
    "consistency",
    "registry",
    "operations",
    "access",
    "audit",
  ].map((part) => ({
    name: `changes-${part}`,
    route: "changes",
    path: () => `changes?show=${part}`,
    shows: ".changes-page .parts",
    main: part === "flows" || part === "operations",
  })),
  { name: "explain-nothing", route: "explain", path: () => "explain", shows: ".id-kinds" },
  { name: "nowhere", route: "nowhere", path: () => "nosuchpage", shows: ".nowhere" },
  { name: "run", route: "run", path: (at) => `changes/runs/${at.run}`, shows: ".step-of-run", main: true },
];
