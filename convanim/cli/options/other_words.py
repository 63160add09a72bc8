"""What options are called elsewhere: in frameworks, and in other programs that make animations."""

OPTIONS = {
    "--channels": "--in-channels",
    "--data": "--values",
    "--delay": "--step-time",
    "--duration": "--step-time",
    "--feature-maps": "--out-channels",
    "--filters": "--out-channels",
    "--fps": "--step-time",
    "--locale": "--lang",
    "--num-filters": "--out-channels",
    "--numbers": "--values",
    "--palette": "--theme",
    "--pause": "--hold",
    "--receptive-field": "--cell",
    "--repeat": "--loop",
    "--resolution": "--width",
    "--speed": "--step-time",
    "--strides": "--stride",
    "--weights": "--kernel-values",
}
