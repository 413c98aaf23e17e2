/** Lets the user keep a file, as a browser does: it goes to the folder for downloads. */
export function saveFile(file: { name: string; mime: string; content: Uint8Array<ArrayBuffer> }): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([file.content], { type: file.mime }))
  link.download = file.name
  link.click()
  // Not at once: the browser may still be reading it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
