import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [svelte()],
  // Its wasm lies beside it: left where it is, it is found while you develop, too.
  optimizeDeps: { exclude: ["reelway"] },
});
