package simfleet

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// business is a part of the company with the rhythm of its users.
type business struct {
	name     string
	shape    *shape
	products []string
}

var businesses = []business{
	{"Social", evening, []string{"Feeds", "Albums", "Comments", "朋友圈"}},
	{"Messaging", evening, []string{"Chat", "Groups", "Push", "Voice"}},
	{"Video", evening, []string{"Live", "Clips", "Danmaku 弹幕", "Upload"}},
	{"Games", weekend, []string{"Arena", "Farm", "Match", "游戏大厅"}},
	{"Office", office, []string{"Docs", "Calendar", "Mail", "Meeting"}},
	{"支付", office, []string{"Checkout", "Wallet", "Risk", "账单"}},
	{"Data", night, []string{"Warehouse", "Reports", "Training", "Archive"}},
	{"Platform", flat, []string{"Naming", "Storage", "Gateway", "Monitoring"}},
}

var services = []string{"access", "dispatch", "profile", "relation", "search", "推荐", "counter", "session", "content", "audit"}

var roles = []string{"proxy", "logic", "cache", "store", "index", "relay", "queue", "worker"}

// modulesPerService is the mean number of modules below a service.
const modulesPerService = 4

// place is a module's place in the tree and the rhythm there.
type place struct {
	path  []string
	shape *shape
}

// places spreads n modules unevenly over services, sorted by path.
func places(rng *rand.Rand, n int) []place {
	var all []place // the services
	for _, b := range businesses {
		for _, product := range b.products {
			for _, service := range services {
				all = append(all, place{[]string{b.name, product, service}, b.shape})
			}
		}
	}
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	all = all[:min(len(all), max(len(businesses), n/modulesPerService))]

	count := make([]int, len(all))
	modules := make([]place, n)
	for i := range modules {
		// The smaller of two draws: services at the front get more.
		s := min(rng.IntN(len(all)), rng.IntN(len(all)))
		modules[i] = place{append(slices.Clone(all[s].path), moduleName(count[s])), all[s].shape}
		count[s]++
	}
	slices.SortFunc(modules, func(a, b place) int { return slices.Compare(a.path, b.path) })
	return modules
}

// moduleName is like "proxy SET_W03".
func moduleName(i int) string {
	return fmt.Sprintf("%s SET_W%02d", roles[i%len(roles)], i/len(roles)+1)
}

var sites = []string{"sz1", "sz2", "sh1", "bj3"}

// siteOf spreads the machines over the sites.
func siteOf(i int) string { return sites[i%len(sites)] }

// machinesPerRack is how many machines of a site stand in one rack.
const machinesPerRack = 20

func rackOf(i int) string {
	return fmt.Sprintf("%s-r%03d", siteOf(i), i/len(sites)/machinesPerRack)
}

// nodeName numbers the machines.
func nodeName(i int) string { return fmt.Sprintf("%s-%05d", siteOf(i), i) }
