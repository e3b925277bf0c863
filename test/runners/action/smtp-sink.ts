// A mail server that keeps what it is sent.
import { createServer, type Server, type Socket } from 'node:net';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body. */
  readonly text: string;
  /** As `AUTH PLAIN` told it, decoded. */
  readonly auth: string | undefined;
}

export function smtpSink(mails: Mail[], refuses: (to: string) => boolean = () => false): Server {
  return createServer((socket) => serve(socket, mails, refuses));
}

function serve(socket: Socket, mails: Mail[], refuses: (to: string) => boolean): void {
  let [pending, from, data, isData] = ['', '', '', false];
  let to: string[] = [];
  let auth: string | undefined;
  const say = (line: string): void => void socket.write(`${line}\r\n`);
  socket.on('error', () => undefined);
  say('220 sink');
  socket.on('data', (chunk) => {
    pending += chunk.toString();
    for (let end = pending.indexOf('\r\n'); end !== -1; end = pending.indexOf('\r\n')) {
      const line = pending.slice(0, end);
      pending = pending.slice(end + 2);
      if (isData) {
        if (line !== '.') data += `${line}\n`;
        else {
          isData = false;
          mails.push({ from, to, text: data, auth });
          say('250 kept');
        }
        continue;
      }
      const [, address = ''] = /<([^>]*)>/.exec(line) ?? [];
      if (/^EHLO/i.test(line)) socket.write('250-sink\r\n250 AUTH PLAIN\r\n');
      else if (/^AUTH PLAIN /i.test(line)) {
        auth = Buffer.from(line.slice(11), 'base64').toString();
        say('235 ok');
      } else if (/^MAIL/i.test(line)) {
        from = address;
        to = [];
        data = '';
        say('250 ok');
      } else if (/^RCPT/i.test(line)) {
        if (refuses(address)) say('550 no such person');
        else {
          to.push(address);
          say('250 ok');
        }
      } else if (/^DATA/i.test(line)) {
        isData = true;
        say('354 go on');
      } else if (/^QUIT/i.test(line)) {
        say('221 bye');
        socket.end();
      } else say('250 ok');
    }
  });
}
