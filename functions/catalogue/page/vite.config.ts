import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // The page stands at <prefix>/explore, without a slash: what it loads is named from one level up.
  experimental: {
    renderBuiltUrl: (filename, { hostType }) => (hostType === "html" ? `explore/${filename}` : { relative: true }),
  },
  build: {
    outDir: "../static/explore",
    emptyOutDir: true,
    assetsInlineLimit: 4096,
    modulePreload: false,
    cssCodeSplit: false,
    rolldownOptions: { output: { codeSplitting: false } },
  },
});
