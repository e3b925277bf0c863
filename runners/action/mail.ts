/** Sends mail through the server of the configuration. */
import { createRequire } from 'node:module';
import type * as Nodemailer from 'nodemailer';
import { connect } from '../grants/connect.ts';
import { notGranted } from '../grants/denial.ts';
import { Refused } from '../grants/hops.ts';
import { Reach } from '../grants/reach.ts';
import { ActionFailure, failed, given, type Output, type Tools } from './act.ts';
import type { Fields } from './fields.ts';

const TIMEOUT_MS = 30_000;

/** One address, with or without a name before it; nodemailer takes a list for one otherwise. */
const ADDRESS = /^(?:[^<>,;:@"\r\n]*<)?[^\s<>,;:@"]+@[^\s<>,;:@"]+>?$/;

export async function sendMail(fields: Fields, { job, setup }: Tools): Promise<Output> {
  const service = job.script.kind === 'action' ? job.script.services?.mail : undefined;
  if (service === undefined) throw failed('The configuration says nothing of mail; give it a section [mail]');
  if (setup.isSlot === true)
    throw failed('A step with isolation = "process" or "os" sends no mail; leave its isolation at "thread"');
  const to = fields.texts('mail').map((one) => addressOf('mail', one));
  if (to.length === 0) throw failed('"mail" of notify names nobody; give it an address');
  const from = addressOf('from', fields.text('from') ?? service.from ?? '');
  const { host, port, isSecure, user, password } = service;
  const reach = new Reach(job.grants);
  const timeoutMs = fields.count('timeout', Number.MAX_SAFE_INTEGER) ?? TIMEOUT_MS;
  const { createTransport } = createRequire(import.meta.url)('nodemailer') as typeof Nodemailer;
  try {
    const connection = await connect(reach, host, port, timeoutMs);
    const transport = createTransport({
      host,
      port,
      secure: isSecure,
      connection,
      socketTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(user !== undefined && {
        auth: { user, pass: (password === undefined ? undefined : job.env[password]) ?? '' },
      }),
      // A password is told to nobody who cannot keep it.
      ...(user !== undefined && !isSecure && { requireTLS: !isLocal(connection.remoteAddress) }),
    });
    try {
      const subject = fields.text('subject') ?? `${job.step} of run ${job.run}`;
      const sent = await transport.sendMail({ from, to, subject, text: fields.needText('text') });
      return given({ accepted: sent.accepted, rejected: sent.rejected });
    } finally {
      transport.close();
      connection.destroy();
    }
  } catch (error) {
    if (error instanceof ActionFailure || !(error instanceof Error)) throw error;
    const denied = error instanceof Refused ? notGranted(reach.denied, error.message) : undefined;
    throw denied === undefined
      ? failed(`The mail could not be sent by ${host}:${port}: ${error.message}`)
      : new ActionFailure(denied);
  }
}

function addressOf(field: string, text: string): string {
  const address = text.trim();
  if (ADDRESS.test(address)) return address;
  throw failed(
    `"${field}" of notify is ${JSON.stringify(text.slice(0, 100))}; it takes an address such as "Ana <ana@example.com>"${field === 'from' ? ', also possible in the section [mail] of the configuration' : ''}`,
  );
}

function isLocal(address: string | undefined): boolean {
  return address === '::1' || address?.startsWith('127.') === true;
}
