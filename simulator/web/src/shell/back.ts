// The browser's Back button closes what lies on top of the page, and does not leave the page.

let layers = 0;
/** The entry of a layer that was closed in another way is being taken out of the history. */
let returning: Promise<void> | undefined;

/** Gives what is on top an entry in the history; going back calls `close`. To be called when it is gone. */
export function closeOnBack(close: () => void): () => void {
  const layer = (layers += 1);
  let isOver = false;
  let isEntered = false;

  const isOnTop = () => (history.state as { layer?: number } | null)?.layer === layer;
  const left = () => {
    if (!isEntered || isOnTop()) return;
    isEntered = false;
    close();
  };
  const enter = () => {
    if (isOver) return;
    history.pushState({ layer }, '');
    isEntered = true;
  };

  addEventListener('popstate', left);
  if (returning) void returning.then(enter);
  else enter();
  return () => {
    isOver = true;
    removeEventListener('popstate', left);
    if (!isEntered || !isOnTop()) return;
    returning = new Promise((resolve) => {
      const done = () => {
        returning = undefined;
        resolve();
      };
      addEventListener('popstate', done, { once: true });
    });
    history.back();
  };
}
