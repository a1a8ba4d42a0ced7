export const lightboxWords = {
  label: "Picture",
  before: "Earlier picture",
  after: "Later picture",
  larger: "Larger",
  smaller: "Smaller",
  fit: "Fit the window",
  download: "Download",
  show: "Show in the conversation",
  close: "Close",
  failed: "This cannot be reached now. Close it and try again when the server answers.",
  filmFailed: "This film cannot be played here. Download it to see it.",
} as const;
