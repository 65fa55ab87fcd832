import type { Plugin } from "vite";

/**
 * What the pages never ask of uPlot, and what stands in its source for the answer. The minifier
 * then drops what cannot be reached, a third of it.
 */
const never: [what: RegExp, by: string][] = [
  // Each chart has one x for all series, in seconds, from left to right; all scales are linear.
  [/\bmode == 1\b/g, "true"],
  [/\bmode == 2\b/g, "false"],
  [/\b(?:\w+\.)?(?:distr|xScaleDistr) == +(?:2|3|4|100)\b/g, "false"],
  [/\bsc\.distr >= 3\b/g, "false"],
  [/\b(?:scaleX|sx)\.ori == 0\b/g, "true"],
  [/\bscaleX\.ori == 1\b/g, "false"],
  [/\bscaleX\.dir \* /g, ""],
  [/\b(?:sc|scale)\.dir == -1\b/g, "false"],
  [/\bms == 1\b/g, "false"],
  [/\bopts\.ms \|\| /g, ""],
  [/^const \[ timeIncrsMs.*/m, ""],
  // A scale has a function for its range, that of x all that there is; none follows another one.
  [/\brangeIsArr = isArr\(rn\)/, "rangeIsArr = false"],
  [/\bisObj\(rn\)/, "false"],
  [/\bfnOrSelf\(rn \|\| [^;]*;/, "rn || snapNumX;"],
  [/\[_min, _max\] = rangeNum\(.*/, ";"],
  [/\b\w+\.from != null\b/g, "false"],
  [/\b\w+\.from == null\b/g, "true"],
  // Each axis and each series writes its own values, one of each; no axis has a label.
  [/\baxis\.values = \([^;]*;/, ";"],
  [/\bs\.value = isTime[^;]*;/, ";"],
  [/const _time(?:AxisVals|SeriesVal) .*/g, ""],
  [/\bgetMultiVals != null\b/, "false"],
  [/\baxis\.label != null\b/g, "false"],
  // No chart moves another one's cursor, and no series is brought forward.
  [/(?:_pub && |(?<!function ))pubSync\([^;]*\);/g, ";"],
  [/\bconst sync = .*/, ""],
  [/\bsync\.(?:un)?sub\(self\);/g, ""],
  [/\bevents(?:\.\w+|\["setSeries"\]) = /g, "0, "],
  [/\bsrc != null\b/g, "false"],
  [/\bsrc == null\b/g, "true"],
  [/\be != null\b/g, "true"],
  [/\bfocus\.prox >= 0\b/g, "false"],
  [/\bopts\.focus != null\b/g, "false"],
  // Nothing is added to a chart that is there, and it draws lines and steps.
  [/\bself\.(?:pub|batch|addSeries|delSeries|addBand|setBand|delBand|posToIdx) = \w+;/g, ""],
  [/\buPlot\.(?!tzDate\b|pxRatio\b|paths\b)\w+ += \w+;/g, ""],
  [/\(paths\.(?!stepped\b)\w+ += \w+\);/g, ""],
];

/** What of uPlot itself is left, for the pages that would ask for more. */
const more = /\buPlot\.(?!min\.css|tzDate\b|paths\.stepped\b)[a-z][\w.]*/;

/** Leaves out of the scripts what of uPlot the pages do not use; a version that is written otherwise does not build. */
export const lessOfUplot: Plugin = {
  name: "less-of-uplot",
  apply: "build",
  transform: {
    filter: { id: [/uPlot\.esm\.js$/, /\/src\/.*\.tsx?$/] },
    handler(code, id) {
      if (!id.endsWith("uPlot.esm.js")) {
        const [gone] = more.exec(code) ?? [];
        if (gone) throw new Error(`${gone} is left out by vite.uplot.ts`);
        return;
      }
      return never.reduce((left, [what, by]) => {
        if (left.search(what) < 0) throw new Error(`uPlot's source holds no ${what}`);
        return left.replace(what, by);
      }, code);
    },
  },
};
