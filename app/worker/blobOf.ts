/** The whole of a stream as a blob. An error of the stream stays what it is; `Response.blob()` would make "Failed to fetch" of it. */
export async function blobOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Blob> {
  const reader = stream.getReader();
  const parts: Blob[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts);
    // A blob may lie on disk; bytes would pile up here.
    parts.push(new Blob([value]));
  }
}
