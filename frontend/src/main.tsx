import { createRoot } from "react-dom/client";

import { App } from "./shell/App";
import { ErrorBoundary } from "./ui/ErrorBoundary";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/list.css";
import "./styles/thread.css";
import "./styles/bubble.css";
import "./styles/composer.css";
import "./styles/emoji.css";
import "./styles/text.css";
import "./styles/media.css";
import "./styles/lightbox.css";
import "./styles/dialogs.css";
import "./styles/channels.css";
import "./styles/acts.css";

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no #root.");
createRoot(root).render(
  <ErrorBoundary>
    <App />
  </ErrorBoundary>,
);
