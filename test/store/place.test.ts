// Which directory holds a project's history.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findStore } from '../../src/store/place.ts';

let root: string;
const at = (...parts: string[]): string => {
  const path = join(root, ...parts);
  mkdirSync(path, { recursive: true });
  return path;
};
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'hwfe-place-')));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('the directory of the history', () => {
  it('is the nearest .hwfe at or above, before any .git', () => {
    at('.hwfe');
    at('project', '.git');
    expect(findStore('auto', at('project', 'deep'))).toBe(join(root, '.hwfe'));
    at('project', '.hwfe');
    expect(findStore('auto', at('project', 'deep'))).toBe(join(root, 'project', '.hwfe'));
  });

  it('lies beside the nearest .git where there is none', () => {
    at('project', '.git');
    expect(findStore('auto', at('project', 'deep'))).toBe(join(root, 'project', '.hwfe'));
  });

  it('lies where hwfe was started where there is neither', () => {
    expect(findStore('auto', at('alone'))).toBe(join(root, 'alone', '.hwfe'));
  });

  it('is what the setting says, or nowhere', () => {
    expect(findStore('kept/here', root)).toBe(join(root, 'kept/here'));
    expect(findStore('none', root)).toBeUndefined();
  });

  it.runIf(process.getuid?.() === 0)("is never another user's", async () => {
    const { chownSync } = await import('node:fs');
    chownSync(at('.hwfe'), 12_345, 12_345);
    expect(findStore('auto', at('project'))).toBe(join(root, 'project', '.hwfe'));
  });
});
