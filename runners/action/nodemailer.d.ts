/** The part of nodemailer that sends a mail through a server; its package has no types. */
declare module 'nodemailer' {
  import type { Socket } from 'node:net';

  export interface TransportOptions {
    readonly host: string;
    readonly port: number;
    readonly secure: boolean;
    /** Open already. */
    readonly connection: Socket;
    readonly socketTimeout: number;
    readonly greetingTimeout: number;
    readonly disableFileAccess: boolean;
    readonly disableUrlAccess: boolean;
    readonly requireTLS?: boolean;
    readonly auth?: { readonly user: string; readonly pass: string };
  }
  export interface Sent {
    readonly accepted: readonly string[];
    readonly rejected: readonly string[];
  }
  export interface Transport {
    sendMail(mail: {
      readonly from: string;
      readonly to: readonly string[];
      readonly subject: string;
      readonly text: string;
    }): Promise<Sent>;
    close(): void;
  }
  export function createTransport(options: TransportOptions): Transport;
}
