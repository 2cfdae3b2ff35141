import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { temporaryFolder } from "./trees.ts";

/** Files of a certificate for localhost, and of the authority that signed it. */
export interface Certificate {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** An authority of a test's own, and a certificate that it signed for loopback. */
export function makeCertificate(): Certificate {
  const folder = temporaryFolder();
  const file = (name: string): string => join(folder, name);
  const openssl = (...words: readonly string[]): void => {
    execFileSync("openssl", words, { stdio: "pipe" });
  };
  const common = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  openssl(...common, "-subj", "/CN=selfballoon test CA", "-keyout", file("ca.key"), "-out", file("ca.pem"));
  const server = [
    "-subj",
    "/CN=nats",
    "-addext",
    "subjectAltName=DNS:localhost,IP:127.0.0.1",
    "-addext",
    "basicConstraints=CA:FALSE",
  ];
  const signed = ["-CA", file("ca.pem"), "-CAkey", file("ca.key")];
  openssl(...common, ...server, ...signed, "-keyout", file("server.key"), "-out", file("server.pem"));
  return { ca: file("ca.pem"), certificate: file("server.pem"), key: file("server.key") };
}
