/** A host's name in a fleet: one word of a NATS subject, so that the server can say who may write it. */
export const HOST_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
