// Files that go out: a download is a blob of this page.

export function download(name: string, content: Uint8Array | string, type: string): void {
  const part = typeof content === 'string' ? content : new Uint8Array(content);
  const address = URL.createObjectURL(new Blob([part], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the address by the time that this runs.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
