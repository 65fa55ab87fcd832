// Package deploy holds what is needed to run Headroom beside other programs:
// service units, packages, dashboards and examples.
package deploy
