/** Opens a history that may be read but not written, from a copy: SQLite writes beside a database even to read it. */
import { accessSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok, type Result } from '../model/result.ts';
import { type Database, FILE, openDatabase } from './database.ts';

export function mayOnlyBeRead(directory: string): boolean {
  return may(join(directory, FILE), constants.R_OK) && !may(directory, constants.W_OK);
}

/** The copy goes when it is closed. Whoever writes to it is told that it may only be read. The error is a sentence. */
export function openCopy(directory: string): Result<Database, string> {
  const copy = mkdtempSync(join(tmpdir(), 'hwfe-history-'));
  const remove = (): void => rmSync(copy, { recursive: true, force: true });
  try {
    for (const name of [FILE, `${FILE}-wal`]) {
      if (existsSync(join(directory, name))) copyFileSync(join(directory, name), join(copy, name));
    }
    const opened = openDatabase(copy, { create: false });
    if (!opened.ok) {
      remove();
      return opened;
    }
    return ok({
      ...opened.value,
      directory,
      write: () => {
        throw Object.assign(new Error('it may only be read here'), { code: 'EROFS' });
      },
      close: () => {
        opened.value.close();
        remove();
      },
    });
  } catch (error) {
    remove();
    throw error;
  }
}

function may(path: string, how: number): boolean {
  try {
    accessSync(path, how);
    return true;
  } catch {
    return false;
  }
}
