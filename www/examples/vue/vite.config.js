import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const isCustomElement = (tag) => tag.startsWith("reelway-");

export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement } } })],
  // Its wasm lies beside it: left where it is, it is found while you develop, too.
  optimizeDeps: { exclude: ["reelway"] },
});
