// From a fresh clone to the running page: set-up, build, serve.
//
//   node scripts/start.mjs                 serves the page as it is shipped
//   node scripts/start.mjs --dev           serves it while it is worked on
//   node scripts/start.mjs --port 8080

import { buildPackage } from "./build.mjs";
import { bold, duration, green, main, ScriptError } from "./lib/console.mjs";
import { buildPage, pageFolder, servePage } from "./lib/page.mjs";
import { setup } from "./setup.mjs";

const DEFAULT_PORT = 5173;

function wantedPort() {
  const at = process.argv.indexOf("--port");
  if (at < 0) return DEFAULT_PORT;
  const port = Number(process.argv[at + 1]);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new ScriptError("--port takes a number from 0 to 65535");
  }
  return port;
}

async function developmentServer(port) {
  const { createServer } = await import("vite");
  const server = await createServer({ root: pageFolder, server: { host: "127.0.0.1", port } });
  await server.listen();
  return server.resolvedUrls?.local[0];
}

await main(async () => {
  const port = wantedPort();
  await setup({ only: "build" });
  await buildPackage();
  let url;
  if (process.argv.includes("--dev")) {
    url = await developmentServer(port);
  } else {
    const started = performance.now();
    await buildPage();
    console.log(`  ${green("✓")} ${"page".padEnd(28)} ${duration(performance.now() - started)}`);
    ({ url } = await servePage({ port }));
  }
  console.log(`\n${bold(`algocline-wasm is at ${url}`)}\nCtrl+C stops it.`);
});
