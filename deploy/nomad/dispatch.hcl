# A job whose group has as many allocations as Headroom wants workers.
job "dispatch" {
  datacenters = ["dc1"]

  group "workers" {
    count = 12

    scaling {
      enabled = true
      min     = 2
      max     = 100

      policy {
        evaluation_interval = "15s"
        cooldown            = "30s" # Headroom's policy has waited already
        on_check_error      = "fail" # no answer: leave the group alone

        check "headroom" {
          source       = "headroom"
          query        = "headroom_scale_desired_workers{business=\"Qzone\",product=\"WNS\",service=\"dispatch\",module=\"SET_W13\"}"
          query_window = "1m"

          strategy "pass-through" {}
        }
      }
    }

    task "worker" {
      driver = "exec"

      config {
        command = "/usr/local/bin/dispatch"
      }
    }
  }
}
