"""The classic model in numpy, for a day of a backtest. twin.py SERIES.csv HOURS_EAST; prints name,key,value,... lines."""
import sys
import numpy as np

t, v = np.loadtxt(sys.argv[1], delimiter=',', skiprows=1).T
local = t.astype(int) + 3600 * int(sys.argv[2])
day0, days = local[0] // 86400, local[-1] // 86400 - local[0] // 86400 + 1
minutes = np.full(days * 1440, np.nan)
minutes[local // 60 - day0 * 1440] = v
minutes = minutes.reshape(days, 1440)
show = lambda *a: print(*a, sep=',')

# The band of every tenth minute of the last day.
for m in range(0, 1440, 10):
    past = minutes[-29:-1, m]
    past = past[np.isfinite(past)]
    mean, sd = past.mean(), past.std(ddof=1)
    show('band', (day0 + days - 1) * 86400 + m * 60 - 3600 * int(sys.argv[2]), mean, mean - 3 * sd, mean + 3 * sd)

# The last day's peak as of noon.
five = minutes.reshape(days, 288, 5)
n = np.isfinite(five).sum(2)
five = np.where(2 * n >= 5, np.nansum(five, 2) / np.maximum(n, 1), np.nan)
full = np.isfinite(five).mean(1) >= .9
peaks = np.where(full, np.nanmax(five, 1), np.nan)


def forecast(d):
    base = [k for k in range(max(0, d - 14), d) if full[k]]
    if len(base) < 10:
        return np.nan
    hour = np.mean([np.nanmean(five[k, 132:144]) for k in base])
    return max(peaks[base].mean() * np.nanmean(five[d, 132:144]) / hour, np.nanmax(five[d, :144]))


said = np.array([forecast(d) for d in range(days)])
both = [d for d in range(days - 1) if np.isfinite(said[d]) and full[d]][-28:]
s = np.std(peaks[both] / said[both] - 1, ddof=1)
show('peak', days - 1, said[-1], said[-1] * (1 - 1.959963984540054 * s), said[-1] * (1 + 1.959963984540054 * s))

# The line through the first 60 daily peaks, 1, 15 and 30 days ahead.
enough = np.isfinite(five).mean(1) >= .8
y = np.where(enough, np.nanmax(five, 1), np.nan)[:60]
x = np.arange(-59., 1)[np.isfinite(y)]
y = y[np.isfinite(y)]
b, a = np.polyfit(x, y, 1)
sd = np.sqrt(((y - a - b * x) ** 2).sum() / (len(x) - 2))
assert len(x) == 59  # the first day begins in the morning
t975 = 2.0024654592910065  # of 57 degrees of freedom
for h in (1, 15, 30):
    half = t975 * sd * np.sqrt(1 + 1 / len(x) + (h - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    show('growth', h, a + b * h, a + b * h - half, a + b * h + half)
