import path from "node:path";
import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.SALLYPORT_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), tailwind()],
  resolve: {
    alias: {
      // Radix locks the page's scrolling with a <style> element, which our
      // content security policy refuses. Ours uses an adopted style sheet.
      "react-style-singleton": path.resolve(import.meta.dirname, "src/kit/styleSingleton.ts"),
    },
  },
  build: {
    outDir: "../internal/console/dist",
    emptyOutDir: true,
    // Inline data: fonts and scripts are refused by the policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: "127.0.0.1", // cookies of the server are for this name
    proxy: {
      "/api": { target: server, changeOrigin: true },
      "/healthz": server,
    },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"] },
});
