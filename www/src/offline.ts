// Makes the page work without a network, from the second visit on.

/** Registers the service worker that the build has made. */
export function workOffline(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  addEventListener("load", () => {
    navigator.serviceWorker.register("./service-worker.js").catch((error: unknown) => {
      // The page works all the same, with a network.
      console.info("no offline use:", error);
    });
  });
}
