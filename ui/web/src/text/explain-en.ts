/** The texts that explain a number. */
export const explainEn = {
  all: "All the arithmetic",
  open: "Open this node",
  names: {
    devices: "Devices",
    processes: "Processes",
    load: "Load now",
    mean: "Expected now",
    band: "Band",
    deviates: "Deviates",
    peak: "Today's peak",
    headroom: "Headroom",
    loss: "Headroom after a loss",
    growth: "Growth",
    full: "Full on",
    order: "Devices to request",
  },
  terms: {
    devices: "How many devices have reported within the last minutes.",
    processes: "How many processes have reported within the last minutes.",
    load: "The mean load of the devices that report in this minute, in percent of a device.",
    mean: "The load that is normal for this minute of this day.",
    band: "The bounds between which the load of this minute is expected, fixed before it was seen.",
    deviates:
      "The distance of the load from what is expected, in half-widths of the band: above 1 it is outside. An alarm asks for more than one such minute.",
    peak: "The highest five-minute load of today, as it is expected by now; the interval holds it in 95 of 100 days.",
    headroom: "The part of the target load that today's expected peak leaves free. Below 0 it is overfull.",
    loss: "The same once the largest failure domain is lost and the other devices do its work.",
    growth: "How fast the daily peak grows, in percent a day over the last 60 days.",
    full: "The day by which a daily peak has more likely than not reached the target load.",
    order:
      "How many devices to ask for now, so that the largest peak until they are there stays below the target load with the stated probability.",
  },
};
