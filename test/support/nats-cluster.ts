import { freePort, NatsServer } from "./nats.ts";
import { TcpProxy } from "./tcp-proxy.ts";

/** Three servers that are one cluster. They tell clients of no address besides those that these know. */
export class NatsCluster {
  readonly servers: readonly NatsServer[];
  readonly urls: readonly string[];
  /** One before each server's port for the others, which know no other way to it. */
  private readonly routes: readonly TcpProxy[];

  private constructor(servers: readonly NatsServer[], routes: readonly TcpProxy[]) {
    this.servers = servers;
    this.urls = servers.map(({ url }) => url);
    this.routes = routes;
  }

  static async start(): Promise<NatsCluster> {
    const ports = [await freePort(), await freePort(), await freePort()];
    const own = [await freePort(), await freePort(), await freePort()];
    const routes = await Promise.all(own.map((port) => new TcpProxy(port).start()));
    const others = routes.map(({ port }) => `"nats://127.0.0.1:${port}"`).join(", ");
    const servers = ports.map((port, nth) => {
      const listen = `listen: "127.0.0.1:${own[nth]}", advertise: "127.0.0.1:${routes[nth]?.port}"`;
      const cluster = `name: c, ${listen}, no_advertise: true, routes: [${others}]`;
      return new NatsServer(port, `server_name: n${nth}\ncluster { ${cluster} }`);
    });
    await Promise.all(servers.map((server) => server.start()));
    return new NatsCluster(servers, routes);
  }

  /** Each server is alone from now on: nothing passes between them, and none is told. */
  part(): void {
    for (const route of this.routes) route.cut();
  }

  /** They find each other again. */
  join(): void {
    for (const route of this.routes) route.mend();
  }
}
