// A SecureChat server of a test's own: its port, its database, its log.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The server that was built last, for release or not; cargo xtask names it. */
function binary(): string {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
  const built = [join(target, "release", "server"), join(target, "debug", "server")].filter((file) => existsSync(file));
  const newest = built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
  const file = process.env.SECURECHAT_SERVER ?? newest;
  if (!file) throw new Error("no built server: run `cargo xtask build`");
  return file;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}

// All people of the tests come from one address, more of them and faster than any office.
const PATIENT = ["--attempts-per-address", "100000", "--attempts-per-account", "100000"];

export class TestServer {
  readonly url: string;
  /** Holds the database and the log; removed at the end. */
  readonly folder = mkdtempSync(join(tmpdir(), "securechat-"));
  readonly database = join(this.folder, "securechat.db");
  readonly log = join(this.folder, "server.log");
  private process: ChildProcess | undefined;

  private constructor(
    private readonly port: number,
    private readonly flags: string[],
  ) {
    this.url = `http://localhost:${port}`;
  }

  /** Starts on a free port, or on the one given, with further flags for the server. */
  static async start({ port, flags = [] }: { port?: number; flags?: string[] } = {}): Promise<TestServer> {
    const server = new TestServer(port ?? (await freePort()), flags);
    await server.run();
    return server;
  }

  /** Starts it again after `stop` or `kill`, with the same database and port. */
  async run(): Promise<void> {
    const settings = ["--listen", `127.0.0.1:${this.port}`, "--public-url", this.url, "--database", this.database];
    const site = ["--site-root", join(ROOT, "target", "site")];
    const log = openSync(this.log, "a");
    const child = spawn(binary(), [...settings, ...site, ...PATIENT, ...this.flags], { stdio: ["ignore", log, log] });
    closeSync(log);
    this.process = child;
    for (let patience = 0; patience < 400; patience++) {
      if (child.exitCode !== null) break;
      if (await this.answers()) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await this.kill();
    throw new Error(`the server did not start:\n${readFileSync(this.log, "utf8")}`);
  }

  /** Asks it to end, as a service manager would, and waits until it has. */
  async stop(): Promise<void> {
    await this.end("SIGTERM");
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Ends it and removes all that it kept. */
  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answers(): Promise<boolean> {
    return fetch(`http://127.0.0.1:${this.port}/`).then(
      () => true,
      () => false,
    );
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }
}
