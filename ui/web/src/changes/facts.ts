import type { FactValue, RegistryNode } from "../api/fleet";

/** The source of what people set here, beside the configured ones. */
export const people = "people";

/** The facts that every module may have; a limit or label is named as it is. */
export const fields = ["owner", "level", "runbook", "dependencies", "device_type", "contacts", "notes"];

/** Fields that can be set: the usual ones, and what is known besides. */
export const settable = (values: FactValue[]) => [...new Set([...fields, ...values.map((v) => v.field)])];

/** Whether a person has set a fact for this node itself, so that it can be taken back. */
export const canTakeBack = ({ values }: RegistryNode, id: string, field: string) =>
  values.some((v) => v.field === field && v.source === people && v.from === id);

/** Items of a list, one a line, as a sentence has them. */
export const inLine = (value: string) => value.split("\n").join(", ");
