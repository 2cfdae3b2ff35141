import { isMainThread } from "node:worker_threads";

// Changes are put to the test in threads, which can't set the process's umask and are told so by an error.
if (!isMainThread) process.umask = () => 0o022;
