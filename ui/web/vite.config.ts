import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "./", // the server writes the page's depth into <base>, so any prefix works
  // h(…) with its children behind it is shorter than jsx(…) with them in an object.
  oxc: {
    jsx: { runtime: "classic", pragma: "jsx", pragmaFrag: "JsxFragment" },
    jsxInject: `import { Fragment as JsxFragment, h as jsx } from "preact";`,
  },
  build: {
    outDir: "dist/pages", // dist itself holds a tracked file, so that go:embed finds it in a clean clone
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the content policy allows no data: URLs
    rolldownOptions: { optimization: { inlineConst: { mode: "all", pass: 3 } } },
    modulePreload: false, // its polyfill would be an inline script
  },
  server: { proxy: { "/api": "http://127.0.0.1:7480" } }, // npm run dev beside a running server
  test: { include: ["src/**/*.test.ts"] },
});
