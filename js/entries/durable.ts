// Sessions that outlive the page, the process or the Worker that runs them.

export {
  type Autosave,
  type AutosaveOptions,
  autosave,
  type NotRestored,
  type Restored,
} from "../durable/autosave.js";
