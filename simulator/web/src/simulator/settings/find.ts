// The way from an error to the field that it is about.

/** Moves the focus to the field of a place in the draft, or to the nearest one around it. */
export function focusField(place: string): void {
  for (let at = place; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const field = document.querySelector(`[data-place="${CSS.escape(at)}"]`);
    const control = field?.querySelector<HTMLElement>('input, select, textarea, button');
    if (control) {
      control.focus();
      control.scrollIntoView({ block: 'center' });
      return;
    }
  }
}
