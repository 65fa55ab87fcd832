package simfleet

// mix is a hash of a seed and a number (splitmix64): the same always, and
// without pattern in n.
func mix(seed, n uint64) uint64 {
	z := seed + n*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// unit makes a number in [0, 1) of a hash.
func unit(h uint64) float64 { return float64(h>>11) / (1 << 53) }

// bell makes a number of a hash that is nearly normal with variance 1: the sum
// of four uniform ones.
func bell(h uint64) float64 {
	sum := h&0xffff + h>>16&0xffff + h>>32&0xffff + h>>48
	return (float64(sum)/65536 - 2) * 1.7320508 // the sum's variance is 4/12
}

// drift is noise that changes slowly: between random values, one each period.
func drift(seed uint64, t, period int64) float64 {
	n := t / period
	x := float64(t-n*period) / float64(period)
	a, b := bell(mix(seed, uint64(n))), bell(mix(seed, uint64(n)+1))
	return a + x*x*(3-2*x)*(b-a)
}
