// Sets the theme before the first paint. The console's own code keeps it up.
(() => {
  let wanted = "system";
  try {
    wanted = localStorage.getItem("sallyport.theme") || "system";
  } catch {}
  const dark = wanted === "dark" || (wanted === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
