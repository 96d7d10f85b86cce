// Shortcuts.

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Whether a key press means "do it": Ctrl+Enter, on a Mac Cmd+Enter. */
export const isSubmit = (event: KeyboardEvent): boolean =>
  event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing;

/** How that shortcut is written here. */
export const SUBMIT_KEYS = isMac ? "⌘ ↵" : "Ctrl ↵";
