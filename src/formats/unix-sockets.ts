/**
 * The inodes of the sockets that listen at `path`, of the text of `/proc/PID/net/unix` (Linux, net/unix/af_unix.c: unix_seq_show):
 * a socket whose file was replaced goes on listening, so there may be several. The flag of one that listens is 00010000.
 */
export function listeningInodes(text: string, path: string): readonly string[] {
  const inodes: string[] = [];
  for (let end = text.indexOf(` ${path}\n`); end !== -1; end = text.indexOf(` ${path}\n`, end + 1)) {
    const line = text.slice(text.lastIndexOf("\n", end - 1) + 1, end);
    const inode = /^[0-9a-fA-F]+: [0-9A-F]{8} [0-9A-F]{8} 00010000 [0-9A-F]{4} [0-9A-F]{2} +([0-9]{1,20})$/.exec(
      line,
    )?.[1];
    if (inode !== undefined) inodes.push(inode);
  }
  return inodes;
}
