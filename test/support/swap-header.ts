/** The first page of a swap area as `mkswap -L` writes it (Linux, include/linux/swap.h, version 1). */
export function swapHeader(label: string, pageBytes = 4096): Buffer {
  const page = Buffer.alloc(pageBytes);
  page.writeUInt32LE(1, 1024);
  page.write(label, 1052, 16, "latin1");
  page.write("SWAPSPACE2", pageBytes - 10, "latin1");
  return page;
}
