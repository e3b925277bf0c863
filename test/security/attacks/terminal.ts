// Text that steers a terminal, hides itself, or passes for hwfe's own.

/** Each as it would be printed, by what it does. */
export const STEERING: Readonly<Record<string, string>> = {
  'sets the title': '\u001B]0;owned\u0007',
  'sets the title, ended by ST': '\u001B]0;owned\u001B\\',
  'writes the clipboard': '\u001B]52;c;b3duZWQ=\u0007',
  'makes a link': '\u001B]8;;http://evil.example\u0007click\u001B]8;;\u0007',
  'clears the screen': '\u001B[2J\u001B[H',
  'moves the cursor up': '\u001B[99A\u001B[2Kowned',
  'hides the cursor': '\u001B[?25l',
  'switches the screen': '\u001B[?1049h',
  'asks who is there': '\u001B[c\u001B[6n',
  'resets the terminal': '\u001Bc',
  'changes the character set': '\u001B(0',
  'sends a device string': '\u001BP+q544e\u001B\\',
  'sends a message to the privileged': '\u001B^owned\u001B\\\u001B_Gowned\u001B\\',
  'uses the one-character CSI': '\u009B2J',
  'uses the one-character OSC': '\u009D0;owned\u009C',
  'overwrites the line': 'harmless\rowned',
  'goes back': 'harmless\b\b\b\b\b\b\b\bowned',
  rings: '\u0007\u0007\u0007',
  'feeds forms and tabs': '\v\f\u0085',
  'shifts out': '\u000Eowned\u000F',
  deletes: '\u007F\u007F',
  'has a NUL': 'a\u0000b',
  'turns the direction': '\u202Edenwo\u202C\u2066\u2069',
  'hides between characters': 'o\u200Bw\u2060n\uFEFFed',
  'breaks lines for some': 'a\u2028b\u2029c',
  'carries tags': '\u{E0041}\u{E0042}',
};

/** What no text shown to a person may have. */
export const STEERS: RegExp =
  // oxlint-disable-next-line no-control-regex -- these are the characters in question
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B\u2028-\u202E\u2060-\u2069\uFEFF\u{E0000}-\u{E007F}]/u;
