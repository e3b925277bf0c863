// What attacks are after: a file, a secret in the environment, the network, a process, the working directory.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runningWith } from '../../support/processes.ts';

/** What an attack's code may name. */
export interface Aims {
  /** A file of the host, which must be neither read nor changed. */
  readonly file: string;
  /** A path at which nothing is, in a directory of the host. */
  readonly created: string;
  /** The name of a variable of the host's environment. */
  readonly variable: string;
  /** `http://127.0.0.1:port/` of a server that counts who comes. */
  readonly url: string;
  readonly port: number;
  /** To be in the command line of any process that an attack starts. */
  readonly marker: string;
  /** What a step's output says when it saw or forged what it should not; never written out in the attack's code. */
  readonly mark: string;
  /** The mark from its end to its start. */
  readonly backwards: string;
}

const FILE_TEXT = 'the-canary-file-5d1f';
const SECRET = 'the-canary-secret-9b27';
const LONG_AGO = new Date('2020-01-01');

export class Canaries {
  readonly aims: Aims;
  /** Where steps work; `created` lies in it. */
  readonly directory: string;
  readonly #server: Server;
  #connections = 0;
  #readsShow = false;

  static async open(): Promise<Canaries> {
    const server = createServer((_, response) => response.end('reached'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new Canaries(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', () => (this.#connections += 1));
    this.directory = mkdtempSync(join(tmpdir(), 'hwfe-attacked-'));
    const { port } = server.address() as AddressInfo;
    const id = this.directory.slice(-6);
    this.aims = {
      file: join(this.directory, 'canary'),
      created: join(this.directory, `created-${id}`),
      variable: `CANARY_${id}`,
      url: `http://127.0.0.1:${port}/`,
      port,
      marker: `canary-process-${id}`,
      mark: `marked-${id}`,
      backwards: Buffer.from(`marked-${id}`).reverse().toString(),
    };
    process.env[this.aims.variable] = SECRET;
    this.reset();
    // Some file systems do not note when a file was read.
    readFileSync(this.aims.file);
    this.#readsShow = statSync(this.aims.file).atimeMs !== LONG_AGO.getTime();
    this.reset();
  }

  /** What was touched; `shown` is everything that came back from the attack, `output` what it handed on. */
  breaches(shown: string, output: string = shown): string[] {
    const { file, created, marker, mark } = this.aims;
    const found: [boolean, string][] = [
      [
        shown.includes(FILE_TEXT) ||
          (this.#readsShow && (statSync(file, { throwIfNoEntry: false })?.atimeMs ?? 0) !== LONG_AGO.getTime()),
        'file read',
      ],
      [!existsSync(file) || readFileSync(file, 'utf8') !== FILE_TEXT, 'file changed'],
      [shown.includes(SECRET), 'secret seen'],
      [existsSync(created), 'file made'],
      [this.#connections > 0, 'server reached'],
      [runningWith(marker).length > 0, 'process started'],
      [output.includes(mark), 'mark in the output'],
      [readdirSync(this.directory).some((name) => name !== 'canary'), 'directory changed'],
      [existsSync(join(process.cwd(), created.slice(this.directory.length + 1))), 'file made where the engine runs'],
    ];
    const touched = found.filter(([breached]) => breached).map(([, name]) => name);
    this.reset();
    return touched;
  }

  /** As before any attack. */
  reset(): void {
    for (const name of readdirSync(this.directory)) rmSync(join(this.directory, name), { recursive: true });
    writeFileSync(this.aims.file, FILE_TEXT);
    utimesSync(this.aims.file, LONG_AGO, new Date());
    this.#connections = 0;
  }

  async close(): Promise<void> {
    delete process.env[this.aims.variable];
    rmSync(this.directory, { recursive: true });
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}
