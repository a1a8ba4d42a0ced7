// Runs before the first paint, so that a fixed theme never flashes the other one.
(function () {
  try {
    var theme = localStorage.getItem("landline.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    return;
  }
})();
