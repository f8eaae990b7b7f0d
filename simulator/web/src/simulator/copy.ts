// Texts that go to the clipboard.

import { announcements } from '../shell/announcements.svelte.js';

export async function copyText(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    announcements.say(done, 'good');
  } catch {
    announcements.say('The browser did not allow to copy; select the text instead.', 'bad');
  }
}
