// The server that all tests share which do not need one of their own. Playwright runs this once, before the first test.

import { TestServer } from "./server.ts";

const PORT = 3107;

export const SHARED_URL = `http://localhost:${PORT}`;

export default async function startSharedServer(): Promise<() => Promise<void>> {
  const server = await TestServer.start({ port: PORT });
  return () => server.dispose();
}
