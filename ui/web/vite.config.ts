import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { lessOfUplot } from "./vite.uplot.ts";

/** Has the scripts that the first one needs fetched beside it; of the languages the server leaves one. */
const beside: Plugin = {
  name: "beside",
  apply: "build",
  transformIndexHtml: {
    order: "post",
    handler(_html, { bundle = {} }) {
      const chunks = Object.values(bundle).flatMap((file) => (file.type === "chunk" ? [file] : []));
      const link = (file: string, more = {}) => {
        const attrs = { rel: "modulepreload", crossorigin: true, href: `./${file}`, ...more };
        return { tag: "link", attrs, injectTo: "head" as const };
      };
      const needed = chunks.filter((chunk) => chunk.isEntry).flatMap((chunk) => chunk.imports);
      const languages = chunks.filter(({ name }) => /^(en|zh)$/.test(name));
      return [
        ...needed.map((file) => link(file)),
        ...languages.map(({ name, fileName }) => link(fileName, { "data-for": name })),
      ];
    },
  },
};

/** A script that is fetched on demand has no style sheets of its own to wait for: it is imported as it is. */
const unaided: Plugin = {
  name: "unaided",
  apply: "build",
  transform: {
    filter: { id: /vite\/preload-helper/ },
    handler: () => "export const __vitePreload = (load) => load();",
  },
};

export default defineConfig({
  plugins: [beside, unaided, lessOfUplot],
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
    rolldownOptions: {
      optimization: { inlineConst: { mode: "all", pass: 3 } },
      treeshake: { moduleSideEffects: [{ test: /node_modules.preact/, sideEffects: false }] }, // or each script imports it, texts too
    },
    modulePreload: false, // its polyfill would be an inline script
  },
  server: { proxy: { "/api": "http://127.0.0.1:7480" } }, // npm run dev beside a running server
  test: { include: ["src/**/*.test.ts"] },
});
