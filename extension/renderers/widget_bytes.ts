/** Bytes as widgets take them. */
export function fromBase64(text: string): DataView {
  return new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer)
}

/** Bytes as they cross to the extension. */
export function toBase64(bytes: ArrayBuffer | ArrayBufferView): string {
  const view =
    bytes instanceof ArrayBuffer
      ? new Uint8Array(bytes)
      : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let text = ''
  // A call takes so many arguments and no more.
  for (let i = 0; i < view.length; i += 32_768) text += String.fromCharCode(...view.subarray(i, i + 32_768))
  return btoa(text)
}
