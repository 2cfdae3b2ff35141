import { type AddressInfo, connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { closeServer, createHttpServer } from "../../../src/api/http-server.ts";
import { until } from "../../support/until.ts";

describe("an HTTP server", () => {
  it.each([
    ["its headers", "GET / HTTP/1.1\r\nHost: "],
    ["its body", "PATCH / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"],
  ])("cuts off a client that never ends %s", async (_, bytes) => {
    const server = createHttpServer(() => {}, 200);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => closeServer(server));
    const client = connect((server.address() as AddressInfo).port, "127.0.0.1", () => client.write(bytes));
    client.on("error", () => {}).resume();
    await until("the client to be cut off", () => (client.destroyed ? true : null));
    expect(client.destroyed).toBe(true);
  });
});
