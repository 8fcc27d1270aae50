import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // Its wasm lies beside it: left where it is, it is found while you develop, too.
  optimizeDeps: { exclude: ["reelway"] },
});
